import { start } from '../start.tsx';
import { Tv } from './tv.tsx';

start(<Tv />);
