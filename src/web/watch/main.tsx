import { start } from '../start.tsx';
import { Watch } from './watch.tsx';

start(<Watch />);
